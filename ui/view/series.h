#pragma once
/* What is plotted: a table of figures and a table of the charts they stand in. A protocol that
 * wants a plot adds rows; the drawing knows none of them. */

enum series_source {
    SERIES_VAR,         /* a variable of an actor, `name` */
    SERIES_UTILIZATION, /* deliveries of the flow, in percent of what its slowest link carries */
    SERIES_QUEUE,       /* packets that wait at a link direction */
};
enum series_look {
    SERIES_CURVE, /* the thick one; events stand on it */
    SERIES_LINE,
    SERIES_LIMIT, /* dashed: a threshold; far above the rest it leaves the picture */
    SERIES_AREA,  /* filled to the axis */
    SERIES_DOTS,  /* measurements */
};
enum series_color { SERIES_DATA, SERIES_INK, SERIES_GREY, SERIES_LOSS, SERIES_MEDIA };

struct series {
    const char *type;  /* of the actor; "link": a direction */
    const char *chart; /* name of the chart it stands in */
    enum series_source source;
    const char *name; /* of the variable; its label is the key series.NAME */
    enum series_look look;
    enum series_color color;
    const char *per; /* divided by this variable of the same actor; NULL: as it is */
};

/* A chart: key plots.NAME is its title, plots.NAME.short its tab, plots.NAME.unit the unit (a chart
 * of times writes s, ms or µs by itself). */
struct chart {
    const char *type, *name;
    const char *machine; /* its states are bands behind the curves; NULL: none */
    const char *timer;   /* waits that ended in it are bands, its firings stand on the curve */
    const char *unit;    /* "ns": times; "per": counts of what `per` measures; "%"; "" */
    double height;       /* share of the room beside other charts */
};

/* Both end with a zero row. */
extern const struct series series_table[];
extern const struct chart chart_table[];
