// vite.config.ts
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// One origin for the browser: no CORS, and the cookies are those of the page's own host.
const proxy = { '/v0': 'http://localhost:8080' }

export default defineConfig({
  plugins: [react()],
  server: { port: 5173, strictPort: true, proxy },
  preview: { port: 5173, strictPort: true, proxy },
})
