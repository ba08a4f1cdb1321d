using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Tests.Support.Secrets;

namespace AtpKeyserver.Tests.Unit.Secrets;

/// <summary>If the search missed a form of a secret, every test that uses it would pass wrongly.</summary>
public sealed class SecretSearchTests
{
    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);
    private static readonly string s_text = RandomNumberGenerator.GetHexString(32, lowercase: true);

    private readonly SecretSearch _search = new();

    public SecretSearchTests()
    {
        _search.Add("key", s_key);
        _search.AddText("text", s_text);
    }

    public static TheoryData<string, int, int> Parts
    {
        get
        {
            var rows = new TheoryData<string, int, int>();
            foreach (var form in Forms.Keys)
            {
                // The whole secret and each of its 16-byte parts.
                rows.Add(form, 0, 32);
                for (var from = 0; from <= 16; from++)
                    rows.Add(form, from, 16);
            }

            return rows;
        }
    }

    private static Dictionary<string, Func<byte[], string>> Forms => new()
    {
        ["hex"] = Convert.ToHexStringLower,
        ["HEX"] = Convert.ToHexString,
        ["base64"] = Convert.ToBase64String,
        ["base64url"] = part => Base64Url.EncodeToString(part),
        ["base64, one byte before"] = part => Convert.ToBase64String([7, .. part]),
        ["base64url, two bytes before"] = part => Base64Url.EncodeToString([7, 7, .. part]),
        ["percent-encoded bytes"] = part => string.Concat(part.Select(b => $"%{b:X2}")),
        ["percent-encoded base64"] = part => Uri.EscapeDataString(Convert.ToBase64String(part)),
        ["twice percent-encoded base64"] = part =>
            Uri.EscapeDataString(Uri.EscapeDataString(Convert.ToBase64String(part))),
        ["base64 in JSON"] = part =>
            Convert.ToBase64String(part).Replace("+", "\\u002B", StringComparison.Ordinal)
                .Replace("/", "\\/", StringComparison.Ordinal),
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Finds_each_form_of_each_part_of_a_key_in_a_text(string form, int from, int length)
    {
        var leak = Forms[form](s_key[from..(from + length)]);
        Assert.NotEmpty(_search.FindIn($"2026-01-01T00:00:00.000Z info: Something[1] A call of \"{leak}\" came."));
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(3, 16)]
    [InlineData(16, 16)]
    public void Finds_raw_bytes(int from, int length) =>
        Assert.NotEmpty(_search.Find([1, 2, 3, .. s_key.AsSpan(from, length), 4, 5]));

    [Fact]
    public void Finds_a_string_in_memory() =>
        Assert.Contains(
            "key (hex) in a string", _search.Find(Encoding.Unicode.GetBytes($"a{Convert.ToHexStringLower(s_key)}b")));

    [Fact]
    public void Finds_a_text_and_its_parts()
    {
        Assert.Contains("text (raw)", _search.FindIn($"jti={s_text}"));
        Assert.Contains("text (raw)", _search.FindIn($"jti={s_text[5..29]}…"));
        Assert.Contains("text (base64)", _search.FindIn(Convert.ToBase64String(Encoding.UTF8.GetBytes(" " + s_text))));
    }

    [Fact]
    public void Finds_nothing_in_unrelated_data()
    {
        Assert.Empty(_search.Find(RandomNumberGenerator.GetBytes(1 << 20)));
        Assert.Empty(_search.FindIn(Convert.ToBase64String(RandomNumberGenerator.GetBytes(1 << 20))));
        Assert.Empty(_search.FindIn(Convert.ToHexStringLower(s_key.AsSpan(0, 7))));
    }

    [Fact]
    public void Finds_a_key_in_the_memory_of_this_process()
    {
        // The key that this class holds.
        var hits = ProcessMemory.Search(Environment.ProcessId, _search);
        Assert.Contains(hits, hit => hit.Found == "key (raw)");
    }
}
