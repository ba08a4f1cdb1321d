import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { World } from './world.ts';

export const WorldContext = createContext<World | undefined>(undefined);

export function useWorld(): World {
  const world = useContext(WorldContext);
  if (!world) throw new Error('There is no WorldContext.Provider.');
  return world;
}
