namespace AtpKeyserver.Tlog;

/// <summary>A witness that a policy knows.</summary>
/// <param name="Name">Its name within the policy. It is opaque: one character for each byte.</param>
/// <param name="Key">Its key.</param>
/// <param name="Url">Where it can be reached, or null. It is opaque: one character for each byte.</param>
public sealed record PolicyWitness(string Name, VerifierKey Key, string? Url);
