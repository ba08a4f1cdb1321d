namespace AtpKeyserver.Versions;

/// <summary>The outcome of reading one version.</summary>
/// <param name="Version">Null if there is none, or if reading it failed.</param>
/// <param name="Failure">Why it could not be read; null otherwise.</param>
public readonly record struct VersionRead(KeyVersion? Version, Exception? Failure = null)
{
    public bool IsMissing => Version is null && Failure is null;

    /// <summary>The version; null if there is none.</summary>
    /// <exception cref="Exception">Reading it failed.</exception>
    public KeyVersion? Get() => Failure is null ? Version : throw Failure;
}
