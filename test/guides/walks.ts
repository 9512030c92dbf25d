import { walkApp } from './app.ts'
import { walkFrontEnd } from './front-end.ts'
import type { Followed } from './guide.ts'
import { walkReact } from './react-example.ts'
import { shortLived, walkService } from './service.ts'

type Walk = {
  /** Where the guide's last command serves what it built. */
  readonly place: string
  /** Of Postern's, beside those that the guide sets. */
  readonly variables?: Readonly<Record<string, string>>
  readonly walk: (followed: Followed) => Promise<void>
}

/** By the name of the guide's file. */
export const walks: Readonly<Record<string, Walk>> = {
  sveltekit: { place: 'http://localhost:5173', walk: walkFrontEnd },
  nuxt: { place: 'http://localhost:3000', walk: walkFrontEnd },
  expo: { place: 'http://localhost:8081', walk: walkApp },
  next: { place: 'http://localhost:3000', walk: (followed) => walkFrontEnd(followed, 'next') },
  react: { place: 'http://localhost:5173', walk: walkReact },
  go: { place: 'http://localhost:3000', variables: shortLived, walk: walkService },
  python: { place: 'http://localhost:3000', variables: shortLived, walk: walkService },
}
