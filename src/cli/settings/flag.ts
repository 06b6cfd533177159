import { Option } from 'commander'
import { VarveError } from '../../index.js'
import { plainText } from '../arguments/plain-text.js'

export type FlagKind = 'switch' | 'value' | 'list'

/** A flag that the config file knows too: what values it takes, and whether they are paths. */
export class Flag extends Option {
  readonly kind: FlagKind
  readonly holdsPath: boolean
  /** Some of the values it takes, for completions. */
  suggestions: readonly string[] = []
  readonly #parse: (text: string) => unknown

  constructor(flags: string, description: string, kind: FlagKind, holdsPath = false, parse = asIs) {
    super(flags, description)
    this.kind = kind
    this.holdsPath = holdsPath
    this.#parse = parse
    if (kind !== 'switch') this.argParser((text: string, before: unknown) => this.#next(text, before))
  }

  /** The long name without dashes, which is also the key in the config file: `no-cache`, `exclude-caches`. */
  get key(): string {
    return this.long!.slice(2)
  }

  /** What one text means. Throws `invalid-argument` that names the flag. */
  parseText(text: string): unknown {
    try {
      return this.#parse(this.holdsPath ? text : plainText(text))
    } catch (error) {
      if (!(error instanceof VarveError)) throw error
      throw new VarveError(error.code, `--${this.key}: ${error.message}`, {
        hint: error.hint ?? '`varve COMMAND --help` says what each flag takes.',
      })
    }
  }

  #next(text: string, before: unknown): unknown {
    const value = this.parseText(text)
    return this.kind === 'list' ? [...((before as unknown[] | undefined) ?? []), value] : value
  }
}

const asIs = (text: string): unknown => text

export const switchFlag = (flags: string, description: string): Flag => new Flag(flags, description, 'switch')

export const valueFlag = (
  flags: string,
  description: string,
  parse: (text: string) => unknown = asIs,
): Flag => new Flag(flags, description, 'value', false, parse)

export const listFlag = (flags: string, description: string): Flag => new Flag(flags, description, 'list')

export const pathFlag = (flags: string, description: string): Flag =>
  new Flag(flags, description, 'value', true)

export const pathListFlag = (flags: string, description: string): Flag =>
  new Flag(flags, description, 'list', true)

/** A flag with a few possible values. */
export const choiceFlag = (flags: string, description: string, values: readonly string[]): Flag => {
  const flag = valueFlag(flags, description, (text) => {
    if (values.includes(text)) return text
    throw new VarveError('invalid-argument', `'${text}' is none of ${values.join(', ')}`)
  })
  flag.argChoices = [...values]
  return flag
}
