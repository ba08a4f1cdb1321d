namespace AtpKeyserver.Tlog;

/// <summary>
/// A node over a complete subtree: the leaves from <c>Index * 2^Level</c> up to, not including,
/// <c>(Index + 1) * 2^Level</c>.
/// </summary>
/// <param name="Level">0 for a leaf, at most 62.</param>
/// <param name="Index">The position within the level, from 0.</param>
public readonly record struct NodeAddress(int Level, long Index);
