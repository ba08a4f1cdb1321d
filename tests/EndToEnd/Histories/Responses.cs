using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>Reads responses, as far as they depend on the group.</summary>
internal static class Responses
{
    /// <param name="question">The call.</param>
    /// <param name="answer">Its response.</param>
    /// <param name="accounts">The DIDs of the accounts, by number.</param>
    public static Reply Read(Question question, Answer answer, string[] accounts) => answer.Status switch
    {
        200 when question.Targets != 0 => ReadChanges(question, answer.Json, accounts),
        200 when question.Act == Act.GetKey => new(200, Version: answer.Int("version")),
        200 when question.Act == Act.Rotate =>
            new(200, Version: answer.Int("newVersion"), OldVersion: answer.Int("oldVersion")),
        200 when question.Act == Act.RemoveMemberAndRotate => new(200, Version: answer.Int("newVersion")),
        200 => new(200),
        403 or 404 or 409 => new(answer.Status, answer.String("error")),
        503 => Reply.Unknown,
        _ => throw new InvalidOperationException($"{question}: {answer.Status} {answer.Text}"),
    };

    /// <summary>The entries of <c>group.getKeys</c>, which must be in the order of the requested groups.</summary>
    public static IReadOnlyList<JsonElement> EntriesOf(Answer answer, IEnumerable<string> groups)
    {
        List<JsonElement> entries = [.. answer.Ok().Json.GetProperty("keys").EnumerateArray()];
        Assert.Equal(groups, entries.Select(entry => entry.GetProperty("groupId").GetString()!));
        return entries;
    }

    public static Reply ReadEntry(JsonElement entry) => entry.TryGetProperty("error", out var error)
        ? error.GetString() switch
        {
            "Forbidden" => new(403, "Forbidden"),
            "GroupNotFound" or "KeyVersionNotFound" => new(404, error.GetString()),
            "UpstreamFailure" => Reply.Unknown,
            var name => throw new InvalidOperationException($"group.getKeys: {name}"),
        }
        : new(200, Version: entry.GetProperty("version").GetInt32());

    /// <summary>A hash that tells keys apart without recording them.</summary>
    public static string HashOfKey(JsonElement json) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.ASCII.GetBytes(json.GetProperty("secretKey").GetString()!)).AsSpan(0, 8));

    /// <summary>Every account must be listed, in the order of the request.</summary>
    private static Reply ReadChanges(Question question, JsonElement json, string[] accounts)
    {
        var done = question.Act == Act.AddMembers ? "added" : "removed";
        var members = json.GetProperty("members").EnumerateArray().Select(member => (
            Account: Array.IndexOf(accounts, member.GetProperty("memberDid").GetString()),
            Status: member.GetProperty("status").GetString())).ToList();
        Assert.Equal(Accounts.Of(question.Targets), members.Select(member => member.Account));
        Assert.All(members, member => Assert.Contains(member.Status, (string[])[done, "unchanged"]));
        return new Reply(
            200,
            Version: json.TryGetProperty("newVersion", out var version) ? version.GetInt32() : 0,
            Changed: members.Where(member => member.Status == done)
                .Aggregate(0u, (changed, member) => changed | 1u << member.Account));
    }
}
