import type { Values } from './layers.js'

/** The values of one table and what it holds for each command, by the command's name (`backup`, `key add`). */
export interface ConfigTable {
  readonly global: Values
  readonly verbs: ReadonlyMap<string, Values>
}
