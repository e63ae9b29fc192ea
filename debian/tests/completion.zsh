# Prints what zsh makes of "apachestaple respond" and the key Tab.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -Uz compinit && compinit -u -D; PS1=ready-; :'
zpty -r shell output '*ready-*ready-*'
zpty -w -n shell $'apachestaple respond\t'
zpty -r shell output '*apachestaple responders*'
print -r -- $output
