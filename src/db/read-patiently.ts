import { setTimeout as sleep } from 'node:timers/promises'
import { isPastDeadline } from './failure.ts'

const attempts = 5

/** Reads a page again if it took PostgreSQL too long, as half of what a client asked for is useless. */
export async function patiently<Page>(read: () => Promise<Page>): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!isPastDeadline(error) || attempt === attempts) throw error
      await sleep(attempt * 500)
    }
  }
}
