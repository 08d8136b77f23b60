# Sourced by what installs our artifacts to try them.
# shellcheck shell=bash

# own_repository DIRECTORY: from now on mvn, here and in scripts that are started from here, installs into that local repository, made
# anew. Its other folders are links into the user's: nothing of ours gets into that, and what it has is not downloaded again. Settings,
# the user's and those of the machine, are as ever, with their mirrors and proxies. (Maven 3.8 has no maven.repo.local.tail. A path with
# blanks cannot go into MAVEN_OPTS.)
own_repository() {
    local users=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
    export maven_repository=$1
    rm -rf "$1"
    link_folders "$users" "$1" io
    link_folders "$users/io" "$1/io" acequia
    export -f mvn
}

# Libraries that are found by another path are other ones to the incremental compiler: it would compile every module again, here and
# the next time elsewhere. Without it, what is older than its sources is compiled.
mvn() {
    command mvn -Dstyle.color=never -Dmaven.compiler.useIncrementalCompilation=false "-Dmaven.repo.local=$maven_repository" "$@"
}

# link_folders FROM TO BUT: links to all folders of FROM but one.
link_folders() {
    local folder
    mkdir -p "$1" "$2"
    for folder in "$1"/*/; do
        [[ ! -d $folder || $folder == "$1/$3/" ]] || ln -s "${folder%/}" "$2"
    done
}
