# Makes a user, a certificate of its own making, and a config file with these settings.
set -eu
useradd --create-home worker
mkdir -p /etc/jupyter
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=lab -keyout /etc/jupyter/key.pem -out /etc/jupyter/cert.pem 2> /dev/null
chmod 0644 /etc/jupyter/key.pem
printf '%b\n' "$2" > "/etc/jupyter/$1.py"
