namespace AtpKeyserver.Tlog;

/// <summary>The result of verifying a note with one key.</summary>
/// <param name="Status">Whether the key signed it.</param>
/// <param name="Timestamp">
/// For a valid cosignature its time, in seconds since 1970-01-01 UTC; the latest if there are several. Otherwise 0.
/// </param>
public readonly record struct SignatureCheck(SignatureStatus Status, long Timestamp);
