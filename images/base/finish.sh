# Runs inside the fresh base; the host's certificate bundle comes on stdin.
# shellcheck shell=bash

# Containers are thrown away: no documentation, no extras, no package caches.
cat >/etc/dpkg/dpkg.cfg.d/small <<'EOT'
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/lintian/*
force-unsafe-io
EOT
cat >/etc/apt/apt.conf.d/small <<'EOT'
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };
EOT
# A service must not start because its package was installed.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d

# Only what Debian's own bundle lacks is added, one file per certificate.
mkdir -p /tmp/bundle
awk '/BEGIN CERTIFICATE/ { n++; on = 1 } on { print > sprintf("/tmp/bundle/%04d", n) } /END CERTIFICATE/ { on = 0 }' -
known=$(for f in /usr/share/ca-certificates/mozilla/*.crt; do openssl x509 -in "$f" -noout -fingerprint -sha256; done)
added=0
for f in /tmp/bundle/*; do
  [ -e "$f" ] || continue
  print=$(openssl x509 -in "$f" -noout -fingerprint -sha256) || continue
  case $known in *"$print"*) continue ;; esac
  cp "$f" "/usr/local/share/ca-certificates/host-${f##*/}.crt"
  added=$((added + 1))
done
rm -rf /tmp/bundle
if [ "$added" -gt 0 ]; then
  # It warns about the bundle it has just written itself.
  update-ca-certificates >/dev/null 2>/tmp/warnings || { cat /tmp/warnings >&2; exit 1; }
  rm -f /tmp/warnings
  echo "images/base: took over $added certificate authorities that only this machine knows"
fi
