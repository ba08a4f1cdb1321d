namespace AtpKeyserver.Client;

/// <summary>A rotation that was done.</summary>
/// <param name="OldVersion">Revoked now; still readable, for what was encrypted with it.</param>
/// <param name="NewVersion">Active now.</param>
/// <param name="RotatedAt">UTC.</param>
public sealed record KeyRotation(int OldVersion, int NewVersion, DateTimeOffset RotatedAt);
