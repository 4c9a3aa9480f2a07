#compdef slowwire
# Completion of slowwire for zsh. Commands and options are asked of the program itself, so that this
# never knows others than it does.

_slowwire()
{
    local -a commands options
    if (( CURRENT == 2 )); then
        commands=(${(f)"$(slowwire --help 2>/dev/null |
            sed -n 's/^  \([a-z]\{1,\}\) .*  \(.*\)/\1:\2/p')"})
        _describe command commands
        return
    fi
    if [[ $words[2] == new && $CURRENT == 3 ]]; then
        compadd -- $(slowwire list --lang en 2>/dev/null | grep -o '^ *[a-z0-9-]*/[a-z0-9-]*')
        return
    fi
    case $words[CURRENT-1] in
        --lang) compadd en zh; return ;;
        --format) compadd text jsonl summary none; return ;;
    esac
    if [[ $PREFIX == -* ]]; then
        options=(${(f)"$(slowwire $words[2] --help 2>/dev/null |
            sed -n 's/^  \(-[a-z], \)\{0,1\}\(--[a-z-]*\)[^ ]* *\(.*\)/\2:\3/p')"})
        _describe option options
    else
        _files
    fi
}
_slowwire "$@"
