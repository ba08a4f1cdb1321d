using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.DevStack;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using AtpKeyserver.Tests.Unit.KeyManagement;

namespace AtpKeyserver.Tests.Unit.Crypto;

/// <summary>
/// The stored forms match docs/CRYPTOGRAPHY.md byte for byte. Another implementation computed its vectors.
/// </summary>
public sealed class SealingVectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "sealing.json"))).RootElement;

    private readonly SealingKey _key = new(Hex("key", "key"), Number("sealedForm", "keyNumber"));

    [Fact]
    public void The_page_quotes_every_vector()
    {
        var page = File.ReadAllText(Path.Combine(AzuriteProcess.RepositoryRoot(), "docs", "CRYPTOGRAPHY.md"));
        var quoted = Vectors.EnumerateObject().Where(section => section.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(section => section.Value.EnumerateObject())
            .Where(vector => vector.Value.ValueKind == JsonValueKind.String)
            .ToList();
        Assert.InRange(quoted.Count, 30, 100);
        Assert.All(quoted, vector => Assert.Contains(vector.Value.GetString()!, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Subkeys_match()
    {
        Assert.Equal(Hex("key", "sealSubkey"), Expand(Hex("key", "key"), "atp-keyserver subkey seal"u8, 32));
        Assert.Equal(Hex("key", "macSubkey"), Expand(Hex("key", "key"), "atp-keyserver subkey mac"u8, 32));
        Assert.Equal(HMACSHA256.HashData(Hex("key", "macSubkey"), "x"u8), _key.Mac("x"u8));
    }

    [Fact]
    public void The_binding_matches() =>
        Assert.Equal(Hex("sealedForm", "binding"), Place.Encode((SealPurpose)Number("sealedForm", "purpose")));

    [Fact]
    public void A_sealed_form_opens()
    {
        using var opened = _key.Open((SealPurpose)Number("sealedForm", "purpose"), Place, Hex("sealedForm", "form"));
        Assert.Equal(Hex("sealedForm", "plaintext"), opened.Reveal().ToArray());
    }

    [Fact]
    public void A_sealed_form_consists_of_the_documented_parts()
    {
        byte[] header = [1, (byte)Number("sealedForm", "purpose"), 0, 0, 0, (byte)Number("sealedForm", "keyNumber")];
        byte[] start = [.. header, .. Hex("sealedForm", "nonce")];
        var derived = Expand(Hex("key", "sealSubkey"), [.. "atp-keyserver seal"u8, .. start], 64);
        Assert.Equal(Hex("sealedForm", "messageKey"), derived[..32]);
        Assert.Equal(Hex("sealedForm", "commitment"), derived[32..]);
        Assert.Equal(Hex("sealedForm", "gcmNonce"), start[^12..]);

        var (text, tag) = (new byte[32], new byte[16]);
        using var aes = new AesGcm(derived[..32], tag.Length);
        aes.Encrypt(start[^12..], Hex("sealedForm", "plaintext"), text, tag, Hex("sealedForm", "binding"));
        Assert.Equal(Hex("sealedForm", "form"), (byte[])[.. start, .. derived[32..], .. text, .. tag]);
    }

    [Fact]
    public void A_row_with_the_documented_authenticator_is_accepted()
    {
        Assert.Equal(Hex("rowMac", "mac"), HMACSHA256.HashData(Hex("key", "macSubkey"), Hex("rowMac", "message")));
        var row = new TableEntity(
            Text("partitionKeys", "group"), Text("rowKeys", "member")) { ["Mac"] = Hex("rowMac", "mac") };
        foreach (var column in Vectors.GetProperty("rowMac").GetProperty("columns").EnumerateObject())
        {
            var cell = column.Value.EnumerateObject().Single();
            row[column.Name] = cell.Name switch
            {
                "string" => cell.Value.GetString()!,
                "int" => cell.Value.GetInt32(),
                _ => (object)cell.Value.GetInt64(),
            };
        }

        row.Timestamp = DateTimeOffset.FromUnixTimeMilliseconds((long)row["WrittenAt"]);
        RowMac.Verify(row, Text("rowMac", "table"), _key);
        row["Epoch"] = 6L;
        Assert.Throws<TamperedException>(() => RowMac.Verify(row, Text("rowMac", "table"), _key));
    }

    [Fact]
    public void An_authenticator_covers_the_documented_message()
    {
        var message = new List<byte>();
        Append("row"u8);
        Append(Encoding.UTF8.GetBytes(Text("rowMac", "table")));
        Append(Encoding.UTF8.GetBytes(Text("partitionKeys", "group")));
        Append(Encoding.UTF8.GetBytes(Text("rowKeys", "member")));
        foreach (var column in Vectors.GetProperty("rowMac").GetProperty("columns").EnumerateObject())
        {
            var cell = column.Value.EnumerateObject().Single();
            Append(Encoding.UTF8.GetBytes(column.Name));
            if (cell.Name == "string")
            {
                Append("s"u8);
                Append(Encoding.UTF8.GetBytes(cell.Value.GetString()!));
                continue;
            }

            var number = new byte[9];
            number[0] = (byte)cell.Name[0];
            BinaryPrimitives.WriteInt64BigEndian(number.AsSpan(1), cell.Value.GetInt64());
            Append(number);
        }

        Assert.Equal(Hex("rowMac", "message"), message.ToArray());

        void Append(ReadOnlySpan<byte> bytes)
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            message.AddRange([.. length, .. bytes]);
        }
    }

    [Fact]
    public async Task Partition_keys_fingerprint_and_cursors_derive_from_the_root()
    {
        var keyring = VectorKeyring.Make(Hex("key", "key"), Text("key", "fingerprint"));
        var partitions = new PartitionKeys(keyring);
        Assert.True(Did.TryParse(Text("names", "did"), allowLocalhost: false, out var did));
        Assert.True(Did.TryParse(Text("names", "member"), allowLocalhost: false, out var member));
        Assert.True(GroupId.TryParse(Text("names", "group"), allowLocalhost: false, out var group));
        Assert.Equal(Text("partitionKeys", "did"), await partitions.OfAsync(did, default));
        Assert.Equal(Text("partitionKeys", "member"), await partitions.OfAsync(member, default));
        Assert.Equal(Text("partitionKeys", "group"), await partitions.OfAsync(group, default));

        var cursors = new Cursors(keyring);
        Assert.Equal(Text("cursor", "cursor"),
            await cursors.MakeAsync(Text("cursor", "list"), Text("cursor", "position"), default));
        Assert.Equal(Text("cursor", "position"),
            await cursors.ReadAsync(Text("cursor", "list"), Text("cursor", "cursor"), default));

        await Assert.ThrowsAsync<TamperedException>(() => new PartitionKeys(
            VectorKeyring.Make(Hex("key", "key"), new string('0', 32))).OfAsync(did, default).AsTask());
    }

    [Fact]
    public void Row_keys_match()
    {
        var (group, account, member) =
            (Text("partitionKeys", "group"), Text("partitionKeys", "did"), Text("partitionKeys", "member"));
        Assert.Equal(Text("rowKeys", "account"), RowKeys.Account(account));
        Assert.Equal(Text("rowKeys", "head"), RowKeys.Head(group));
        Assert.Equal(Text("rowKeys", "version"), RowKeys.Version(group, Number("sealedForm", "version")));
        Assert.Equal(Text("rowKeys", "member"), RowKeys.Member(group, member));
        Assert.Equal(Text("rowKeys", "delegate"), RowKeys.Delegate(group, member));
        Assert.Equal(Text("rowKeys", "event"), RowKeys.Event(group, new string('0', 32) + ".rotate"));
        Assert.Equal(Text("rowKeys", "membership"), RowKeys.Membership(account, "owner", group));
        Assert.Equal(Text("rowKeys", "progress"), RowKeys.Progress(account));
    }

    [Fact]
    public void Access_log_keys_match()
    {
        var stem = LogRow.Stem(_key, Text("names", "group"));
        Assert.Equal(Text("log", "stem"), stem);
        Assert.Equal(Text("log", "partition"), LogRow.PartitionOf(stem));
        var time = DateTimeOffset.Parse(Text("log", "time"), CultureInfo.InvariantCulture);
        Assert.Equal(Text("log", "rowKey"), LogRow.Key(stem, time, Text("log", "id")));
        var denied = _key.Mac(Encoding.UTF8.GetBytes($"denied {Text("names", "member")}"));
        Assert.Equal(Text("log", "deniedId"), "d" + Convert.ToHexStringLower(denied.AsSpan(0, 16)));
    }

    private static Binding Place => new(
        Text("sealedForm", "table"),
        Text("partitionKeys", "group"),
        Text("rowKeys", "version"),
        Number("sealedForm", "version"),
        Number("sealedForm", "generation"));

    private static byte[] Expand(byte[] key, ReadOnlySpan<byte> info, int length)
    {
        var output = new List<byte>();
        byte[] block = [];
        for (byte i = 1; output.Count < length; i++)
            output.AddRange(block = HMACSHA256.HashData(key, (byte[])[.. block, .. info, i]));
        return [.. output.Take(length)];
    }

    private static string Text(string section, string name) =>
        Vectors.GetProperty(section).GetProperty(name).GetString()!;

    private static int Number(string section, string name) => Vectors.GetProperty(section).GetProperty(name).GetInt32();

    private static byte[] Hex(string section, string name) => Convert.FromHexString(Text(section, name));
}
