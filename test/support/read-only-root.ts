import { mkdirSync } from 'node:fs';

/** Every file system becomes read-only to the command, those of the kernel and the folder aside, as `readOnlyRootFilesystem` of Kubernetes has it. */
const SCRIPT = `data=$0
mount --bind "$data" "$data"
awk '{ print $2 }' /proc/self/mounts | while read -r place; do
  case "$place" in /proc|/proc/*|/sys|/sys/*|/dev|/dev/*|"$data") ;; *) mount -o remount,bind,ro "$place" ;; esac
done
touch "$data/writable"
if touch "$data/../writable" 2>/dev/null || touch /tmp/writable 2>/dev/null; then echo 'It is not read-only.' >&2; exit 1; fi
exec "$@"`;

/** @returns the command line that runs another one where it can write to nothing but the folder, which is made */
export function onReadOnlyRoot(folder: string, command: readonly string[]): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', SCRIPT, folder, ...command];
}
