using AtpKeyserver.Errors;

namespace AtpKeyserver.Versions;

public sealed record RotationResult(int OldVersion, int NewVersion, DateTimeOffset RotatedAt)
{
    /// <exception cref="KeyserverException">VersionConflict: the caller expected another active version.</exception>
    public static void Check(int? expected, int active)
    {
        if (expected is not null && expected != active)
            throw new KeyserverException(
                ErrorName.VersionConflict, $"The active version is {active}, not {expected}; nothing was changed.");
    }

    public static KeyserverException NoSuchVersion() =>
        new(ErrorName.KeyVersionNotFound, "This key has no such version.");
}
