// app/account/verify-device/page.tsx
import { MailedLink } from '../mailed-link'

export default function VerifyDevice() {
  return <MailedLink verify="verifyDevice" />
}
