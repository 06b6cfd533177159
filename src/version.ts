/** The version in package.json; a test holds the two together. */
export const version = '0.1.0'

/** What snapshot records say they were made by. */
export const program = `varve ${version}`
