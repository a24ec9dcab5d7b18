// SPDX-License-Identifier: ISC
// The experience level of a member, from the answers; null while it isn't known.
import { useEffect, useState } from 'react';

export function useLevel(user) {
  const [level, setLevel] = useState(null);
  const asked = user?.hasProfile ? user.id : null;
  useEffect(() => {
    if (!asked) return undefined;
    let gone = false;
    fetch('/api/user/profile')
      .then((response) => (response.ok ? response.json() : null))
      .then((profile) => !gone && setLevel(profile?.software_context?.experience_level ?? null))
      .catch(() => {});
    return () => { gone = true; };
  }, [asked]);
  return level;
}
