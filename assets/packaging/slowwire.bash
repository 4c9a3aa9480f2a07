# Completion of slowwire for bash. Commands and options are asked of the program itself, so that this
# never knows others than it does.

_slowwire_words()
{
    slowwire "$@" --help --lang en 2>/dev/null | sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

_slowwire()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        local commands
        commands=$(slowwire --help --lang en 2>/dev/null | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p')
        mapfile -t COMPREPLY < <(compgen -W "$commands --help --version --lang" -- "$word")
        return
    fi
    case $before in
        --lang) mapfile -t COMPREPLY < <(compgen -W 'en zh' -- "$word"); return ;;
        --format) mapfile -t COMPREPLY < <(compgen -W 'text jsonl summary none' -- "$word"); return ;;
    esac
    if [ "${COMP_WORDS[1]}" = new ] && [ "$COMP_CWORD" -eq 2 ]; then
        local templates
        templates=$(slowwire list --lang en 2>/dev/null | grep -o '^ *[a-z0-9-]*/[a-z0-9-]*')
        mapfile -t COMPREPLY < <(compgen -W "$templates" -- "$word")
        return
    fi
    case $word in
        -*) mapfile -t COMPREPLY < <(compgen -W "$(_slowwire_words "${COMP_WORDS[1]}")" -- "$word") ;;
        *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    esac
}
complete -o filenames -F _slowwire slowwire
