using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Storage;

/// <summary>
/// Partition and row keys, made and escaped here and nowhere else. Table Storage refuses <c>/ \ # ?</c> and control characters; those, <c>%</c>,
/// which clients disagree on, and our own <c>=</c> become <c>=</c> and two hex digits. A key has at most 512 characters.
/// <see href="https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model"/>
/// </summary>
/// <remarks>
/// Every row key ends in eight digits of its partition's hash: a store that indexes row keys first would otherwise walk over one "head" per
/// group. The digits carry no meaning.
/// </remarks>
public static class RowKeys
{
    public const string MemberPrefix = "m:";
    public const string VersionPrefix = "v:";
    public const string EventPrefix = "e:";

    /// <summary>An id or DID as a partition key.</summary>
    public static string Partition(string id) => Escape(id);

    public static string Head(string partition) => "head" + Tag(partition);

    public static string Account(string partition) => "account" + Tag(partition);

    public static string Version(string partition, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{VersionPrefix}{version:D10}{Tag(partition)}");

    public static string Member(string partition, string did) => MemberPrefix + Escape(did) + Tag(partition);

    public static string Event(string partition, string id) => EventPrefix + id + Tag(partition);

    public static string Membership(string partition, string role, string groupId) => $"{role}:{Escape(groupId)}{Tag(partition)}";

    public static string Escape(string text)
    {
        if (!text.Any(MustEscape))
            return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (MustEscape(c))
                escaped.Append(CultureInfo.InvariantCulture, $"={(int)c:X2}");
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <exception cref="FormatException">The text is not what <see cref="Escape"/> makes.</exception>
    public static string Unescape(string text)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                plain.Append(text[i]);
                continue;
            }

            if (i + 2 >= text.Length)
                throw new FormatException("An escaped key ends early.");
            plain.Append((char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            i += 2;
        }

        return plain.ToString();
    }

    private static bool MustEscape(char c) => c is '/' or '\\' or '#' or '?' or '%' or '=' || (c < 0x100 && char.IsControl(c));

    private static string Tag(string partition)
    {
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(512)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(partition, utf8)], hash);
        return string.Concat("~", Convert.ToHexStringLower(hash[..4]));
    }
}
