import { invalidValue } from './invalid-value.js'

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']
const pattern = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp])(?:i?b)?|b)?$/i
const powers = ['', 'k', 'm', 'g', 't', 'p']

/** `4096`, `16K`, `1.5 GiB`: units are powers of 1024, whichever way they are written. The result is whole bytes. */
export const parseByteSize = (text: string): number => {
  const match = pattern.exec(text.trim())
  const power = powers.indexOf((match?.[2] ?? '').toLowerCase())
  const bytes = match === null ? Number.NaN : Number(match[1]) * 1024 ** power
  if (!Number.isFinite(bytes) || bytes > Number.MAX_SAFE_INTEGER) {
    throw invalidValue(text, 'a size such as 4096, 64K, 1.5M or 2G')
  }
  return Math.round(bytes)
}

/** Three significant digits and an IEC unit: `0 B`, `1023 B`, `1.00 KiB`, `12.3 MiB`. */
export const byteSizeText = (bytes: number): string => {
  const sign = bytes < 0 ? '-' : ''
  let value = Math.abs(bytes)
  let unit = 0
  while (unit < units.length - 1 && rounded(value, unit) >= 1024) {
    value /= 1024
    unit++
  }
  return `${sign}${unit === 0 ? value : value.toFixed(digitsFor(value))} ${units[unit]}`
}

// The step to the next unit is taken by the number that would be shown, or 1023.99 KiB would read "1024 KiB".
const rounded = (value: number, unit: number): number =>
  unit === 0 ? value : Number(value.toFixed(digitsFor(value)))

const digitsFor = (value: number): number => (value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
