#!/bin/bash
# Gives esdev the ids of the person on the host, then opens a login shell. Its own arguments are not looked at.
# Written for the test bed after the published behaviour of the 0.7 image.
if [ -z "${HOST_USER_ID}" ] && [ -z "${HOST_USER_GID}" ]; then
    echo "Please set the environment variables HOST_USER_ID and HOST_USER_GID."
    exit 0
fi
uid=${HOST_USER_ID:-1000}
gid=${HOST_USER_GID:-1000}
if [ "$uid" != "$(id -u esdev)" ] || [ "$gid" != "$(id -g esdev)" ]; then
    sed -i -e "s/^esdev:x:[0-9]*:[0-9]*:/esdev:x:$uid:$gid:/" /etc/passwd
    sed -i -e "s/^esdev:x:[0-9]*:/esdev:x:$gid:/" /etc/group
    chown -R "$uid:$gid" /home/esdev
fi
su - esdev
