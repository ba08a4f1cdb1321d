using System.CommandLine;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey encrypt</c> and <c>decrypt</c>: from standard input to standard output.</summary>
internal static class ContentCommands
{
    private static readonly Argument<string> AtUri = new("at-uri")
    {
        Description = "The record that holds the content, at://{account}/{collection}/{key}",
    };

    public static Command[] Create() => [Encrypt(), Decrypt()];

    private static Command Encrypt()
    {
        var group = Make.Group;
        return Make.Command(
            "encrypt", "Encrypt standard input for a group and write the record's JSON", [group, AtUri],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            var content = await login.Keyserver.Content.EncryptAsync(
                id, line.GetValue(AtUri)!, await Input.ReadAllAsync(cancellation), cancellation);
            var record = new EncryptedRecord(
                content.Ciphertext, content.KeyVersion, id, TimeProvider.System.GetUtcNow());
            Console.Out.WriteLine(JsonSerializer.Serialize(record));
        });
    }

    private static Command Decrypt() =>
        Make.Command("decrypt", "Decrypt the record's JSON from standard input", [AtUri],
            async (login, line, cancellation) =>
    {
        var record = Record(await Input.ReadAllAsync(cancellation));
        if (record is not
            {
                Ciphertext: { } ciphertext, KeyVersion: >= 1 and var version, GroupId: { Length: > 0 } group,
            })
        {
            throw new UsageException(
                "Standard input must be JSON with ciphertext, key_version (1 or greater) and group_id.");
        }

        var plaintext = await login.Keyserver.Content.DecryptAsync(
            group, line.GetValue(AtUri)!, ciphertext, version, cancellation);
        await Output.WriteContentAsync(plaintext, cancellation);
    });

    /// <summary>
    /// Null if the input is no such record. Shells may have saved it as UTF-16, or with a byte order mark.
    /// </summary>
    private static EncryptedRecord? Record(byte[] json)
    {
        using var text = new StreamReader(new MemoryStream(json), Encoding.UTF8);
        try
        {
            return JsonSerializer.Deserialize<EncryptedRecord>(text.ReadToEnd());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
