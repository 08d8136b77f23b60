# Sourced by what runs the commands of the README as they stand there. ReadmeCommandsTest sees to it that each is run.
# shellcheck shell=bash

# block TAG: the fenced block of the README that has this tag.
block() {
    awk -v "start=\`\`\`sh $1" '$0 == "```" { inside = 0 } inside { print; lines++ } $0 == start { inside = 1 }
        END { exit lines == 0 }' "$(dirname -- "${BASH_SOURCE[0]}")/../README.md" || {
        echo "README.md has no block 'sh $1'" >&2
        return 1
    }
}
