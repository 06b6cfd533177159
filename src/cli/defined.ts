/**
 * Options without the keys whose value is undefined, so that a flag that was not given is an option that is not there.
 * @param options all keys of T; each may be undefined where T lets it be absent
 */
export const defined = <T extends object>(options: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
