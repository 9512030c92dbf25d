import { walkFrontEnd } from './front-end.ts'
import type { Followed } from './guide.ts'
import { walkReact } from './react-example.ts'

type Walk = {
  /** Where the guide's last command serves what it built. */
  readonly place: string
  readonly walk: (followed: Followed) => Promise<void>
}

/** By the name of the guide's file. */
export const walks: Readonly<Record<string, Walk>> = {
  next: { place: 'http://localhost:3000', walk: walkFrontEnd },
  react: { place: 'http://localhost:5173', walk: walkReact },
}
