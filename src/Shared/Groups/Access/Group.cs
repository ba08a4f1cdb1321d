using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups.Access;

/// <summary>A group that exists, as one read of its head found it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Head">Verified.</param>
/// <param name="Key">The owner's account key of the head's generation.</param>
public sealed record Group(GroupId Id, GroupHead Head, SealingKey Key);
