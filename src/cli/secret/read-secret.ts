import type { Secret } from '../../index.js'
import type { Environment } from '../settings/environment-layer.js'
import { readKeyFile } from './key-file.js'
import { readSecretLine } from './secret-file.js'
import type { SecretSource } from './secret-source.js'

/** Gets the secret from its source; only a prompt asks a person. */
export const readSecret = async (
  source: SecretSource,
  environment: Environment,
  ask: () => Promise<string>,
): Promise<Secret> => {
  switch (source.kind) {
    case 'password':
      return { kind: 'password', password: source.password }
    case 'password-file':
      return { kind: 'password', password: await readSecretLine(source.file, 'password') }
    case 'password-command':
      return { kind: 'password', password: await passwordOf(source.command, environment) }
    case 'key-file':
      return { kind: 'key-file', key: await readKeyFile(source.file) }
    case 'recovery-key-file':
      return { kind: 'recovery', key: await readSecretLine(source.file, 'recovery key') }
    case 'prompt':
      return { kind: 'password', password: await ask() }
  }
}

/** Loaded only here: Node takes longer to load what starts programs than varve takes for the rest of its own start. */
const passwordOf = async (command: string | readonly string[], environment: Environment): Promise<string> =>
  (await import('./password-command.js')).passwordFromCommand(command, environment)
