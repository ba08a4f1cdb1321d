const item = 'playground-people';

/** What distinguishes the people of this tab from others with the same names. A reload keeps it. */
export function storedSuffix(): string {
  return sessionStorage.getItem(item) ?? newSuffix();
}

export function newSuffix(): string {
  const suffix = crypto.randomUUID().slice(0, 6);
  sessionStorage.setItem(item, suffix);
  return suffix;
}
