import { invalidValue } from './invalid-value.js'

/** Makes a parser for whole numbers from `min` to `max`. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw invalidValue(text, `a whole number from ${min} to ${max}`)
    }
    return value
  }
