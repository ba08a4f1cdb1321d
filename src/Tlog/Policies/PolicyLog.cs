namespace AtpKeyserver.Tlog;

/// <summary>A log that a policy accepts.</summary>
/// <param name="Key">Its key; the key's name is the origin of its checkpoints.</param>
/// <param name="Url">Where it can be reached, or null. It is opaque: one character for each byte.</param>
public sealed record PolicyLog(VerifierKey Key, string? Url);
