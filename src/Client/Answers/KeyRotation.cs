namespace AtpKeyserver.Client;

/// <summary>The result of a rotation.</summary>
/// <param name="OldVersion">The revoked version. It stays readable, to decrypt existing content.</param>
/// <param name="NewVersion">The active version.</param>
/// <param name="RotatedAt">UTC.</param>
public sealed record KeyRotation(int OldVersion, int NewVersion, DateTimeOffset RotatedAt);
