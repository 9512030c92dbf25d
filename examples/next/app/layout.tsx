// app/layout.tsx
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { currentSession } from '../lib/server-auth'
import { Providers } from './providers'
import './style.css'

export const metadata: Metadata = { title: 'Postern and Next.js', referrer: 'no-referrer' }

export default async function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>
          <Providers initial={await currentSession()}>{children}</Providers>
        </main>
      </body>
    </html>
  )
}
