import { byteStringOfEscapedText } from '../bytes/escaped-text.js'

/**
 * The reverse of `textOfPath`: the path that a text means, as bytes in a latin1 string. Options that take a path as bytes
 * (`SnapshotsOptions.paths`) want this form.
 */
export const pathOfText = (text: string): string => byteStringOfEscapedText(text)
