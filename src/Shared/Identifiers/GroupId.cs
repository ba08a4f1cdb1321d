using System.Buffers;

namespace AtpKeyserver.Identifiers;

/// <summary>
/// <c>{owner DID}#{name}</c>, split at the first <c>#</c>. The name is 1–128 characters of
/// <c>A-Z a-z 0-9 . _ : ~ -</c>. All other code treats the id as opaque.
/// </summary>
public readonly record struct GroupId
{
    /// <summary>Characters.</summary>
    public const int MaxNameLength = 128;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:~-");

    private GroupId(string value, Did owner)
    {
        Value = value;
        Owner = owner;
    }

    public string Value { get; }

    public Did Owner { get; }

    public static bool TryParse(string? text, bool allowLocalhost, out GroupId id)
    {
        id = default;
        if (text is null || text.Length > Did.MaxLength + 1 + MaxNameLength)
            return false;
        var separator = text.IndexOf('#', StringComparison.Ordinal);
        if (separator < 0 || !Did.TryParse(text[..separator], allowLocalhost, out var owner))
            return false;
        var name = text.AsSpan(separator + 1);
        if (name.Length is 0 or > MaxNameLength || name.ContainsAnyExcept(NameCharacters))
            return false;
        id = new GroupId(text, owner);
        return true;
    }

    public override string ToString() => Value;
}
