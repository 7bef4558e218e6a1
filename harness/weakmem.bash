# bash completion of weakmem, which says itself what can follow: `weakmem complete WORD...`.
# shellcheck shell=bash
_weakmem() {
  local word=${COMP_WORDS[COMP_CWORD]} line
  [[ $word != = ]] || word=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$word")
      compopt -o filenames
    else
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _weakmem weakmem
