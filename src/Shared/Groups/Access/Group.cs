using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups.Access;

/// <summary>An existing group, as read from its head.</summary>
/// <param name="Head">The verified head.</param>
/// <param name="Key">The owner's account key, of the head's generation.</param>
public sealed record Group(GroupId Id, GroupHead Head, SealingKey Key);
