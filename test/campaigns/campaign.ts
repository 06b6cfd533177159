import { expect } from 'vitest'

/** What a campaign is run with, and gives: a row of the table that `npm run torture` prints. */
interface CampaignModule {
  run(options: {
    readonly seed: number
    readonly seconds: number
    readonly timed?: boolean
    readonly log?: (text: string) => void
  }): Promise<{
    readonly campaign: string
    readonly tried: number
    readonly failures: readonly { readonly seed: number; readonly story: string }[]
    readonly notes: string
  }>
}

/** Runs the short form of a campaign of torture/campaigns, and shows the stories of what failed. Returns how much was tried. */
export const runShort = async (name: string, seconds: number, seed = 1): Promise<number> => {
  const url = new URL(`../../torture/campaigns/${name}/${name}.mjs`, import.meta.url)
  const { run } = (await import(url.href)) as CampaignModule
  const { tried, failures } = await run({ seed, seconds, timed: false })
  expect(failures.map(({ story }) => story)).toEqual([])
  return tried
}
