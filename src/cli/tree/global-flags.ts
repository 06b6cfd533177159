import { pathFlag, switchFlag, valueFlag } from '../settings/flag.js'
import { compressionNames, parseCompression } from '../values/compression.js'
import { wholeNumber } from '../values/whole-number.js'

/** Flags of every command, before or after its name. */
export const globalFlags = () => [
  pathFlag('-r, --repo <location>', 'the repository (VARVE_REPOSITORY)'),
  pathFlag('--password-file <file>', 'the password is its first line (VARVE_PASSWORD_FILE)'),
  valueFlag(
    '--password-command <command>',
    'the password is the first line it prints (VARVE_PASSWORD_COMMAND)',
  ),
  pathFlag('--key-file <file>', 'open with a key file in place of a password (VARVE_KEY_FILE)'),
  pathFlag('--recovery-key-file <file>', 'open with a recovery key, the first line of a file'),
  switchFlag('-q, --quiet', 'say nothing but errors and what was asked for'),
  switchFlag('-v, --verbose', 'one line for each file that is new, changed or restored'),
  switchFlag('--json', 'JSON lines for programs'),
  pathFlag('--config <file>', 'the config file (VARVE_CONFIG)'),
  valueFlag('--profile <name>', 'a profile of the config file (VARVE_PROFILE)'),
  pathFlag('--cache-dir <directory>', 'the local cache (VARVE_CACHE_DIR)'),
  switchFlag('--no-cache', 'neither read nor write the local cache'),
  valueFlag('--workers <number>', 'worker threads; default: one for each core', wholeNumber(1, 256)),
  compressionFlag(),
]

const compressionFlag = () => {
  const what = 'off, fast, default, max, or a zstd level from 1 to 22'
  const flag = valueFlag('--compression <how>', what, parseCompression)
  flag.suggestions = compressionNames
  return flag
}
