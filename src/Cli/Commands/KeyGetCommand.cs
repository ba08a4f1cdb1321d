using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey key get</c>: keys of groups. Secret keys are shown with <c>--json</c> only.</summary>
internal static class KeyGetCommand
{
    /// <summary>Neither a DID nor a group's name contains it; a handle may start with it.</summary>
    private const char VersionMark = '@';

    public static Command Create()
    {
        var keys = new Argument<string[]>("group")
        {
            Description = "One or more groups, each with @{version} for a version; without, the active one",
            Arity = ArgumentArity.OneOrMore,
        };
        return Make.Command("get", "Get keys of groups; shows the secret keys with --json only", [keys],
            async (login, line, cancellation) =>
        {
            var names = new List<GroupKeyName>();
            foreach (var text in line.GetValue(keys)!)
                names.Add(await NameAsync(text, login, cancellation));
            var entries = await ReadAsync(login, names, cancellation);
            try
            {
                Write(line, entries);
                return entries.FirstOrDefault(entry => entry.Error is not null) is { } failed
                    ? ExitStatus.Of(failed.Failure())
                    : ExitStatus.Ok;
            }
            finally
            {
                entries.ForEach(entry => entry.Dispose());
            }
        });
    }

    private static async Task<List<GroupKeyEntry>> ReadAsync(
        Login login, List<GroupKeyName> names, CancellationToken cancellation)
    {
        var entries = new List<GroupKeyEntry>();
        try
        {
            using var progress = new Progress("key", "keys");
            foreach (var call in KeyCalls.Split(names, name => name))
            {
                entries.AddRange(await login.Keyserver.Groups.ReadKeysAsync(call, cancellation));
                progress.Report(entries.Count, names.Count);
            }

            return entries;
        }
        catch
        {
            entries.ForEach(entry => entry.Dispose());
            throw;
        }
    }

    private static void Write(ParseResult line, List<GroupKeyEntry> entries)
    {
        var rows = entries.ConvertAll(entry => new
        {
            entry.GroupId,
            entry.Version,
            Result = entry.Error ?? $"ok {Fingerprint(entry.SecretKey!)}",
        });
        Output.List(
            line,
            rows,
            _ => Response(entries),
            ("GROUP", row => row.GroupId),
            ("VERSION", row => row.Version),
            ("RESULT", row => row.Result));
    }

    private static JsonObject Response(List<GroupKeyEntry> entries) => Wire.Response(new
    {
        Keys = entries.ConvertAll(entry => new
        {
            entry.GroupId,
            entry.Version,
            SecretKey = entry.SecretKey is { } key ? Convert.ToHexStringLower(key) : null,
            entry.Error,
        }),
    });

    /// <summary>The first 4 bytes of the key's SHA-256, to compare keys without showing them.</summary>
    private static string Fingerprint(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4));

    private static async Task<GroupKeyName> NameAsync(string text, Login login, CancellationToken cancellation)
    {
        var mark = text.LastIndexOf(VersionMark);
        if (mark <= 0)
            return new(await Make.GroupIdAsync(text, login, cancellation), null);
        return int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && version > 0
            ? new(await Make.GroupIdAsync(text[..mark], login, cancellation), version)
            : throw new UsageException(
                $"The version of '{text}' must be a whole number from 1 to {int.MaxValue}.");
    }
}
