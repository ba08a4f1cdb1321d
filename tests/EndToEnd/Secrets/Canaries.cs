using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Secrets;

namespace AtpKeyserver.Tests.EndToEnd.Secrets;

/// <summary>The secrets of a run as they become known, and all responses.</summary>
internal sealed class Canaries
{
    private readonly List<Answer> _answers = [];

    public Canaries(Stack stack, Api api)
    {
        var storage = stack.Azurite.ConnectionString.Split(';')
            .Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal));
        Secrets.Add("storage key", Convert.FromBase64String(storage["AccountKey=".Length..]));
        Secrets.AddText("vault token", KekAccess.TokenOf(stack));
        api.Answered += (request, answer) =>
        {
            lock (_answers)
            {
                _answers.Add(answer);
                if (request.Headers.Authorization?.Parameter is { } token)
                    AddToken(token);
                foreach (var key in KeysIn(answer))
                    Secrets.Add("key in a response", Convert.FromHexString(key));
            }
        };
    }

    /// <summary>Keys and tokens: only allowed in the responses that are meant to contain them.</summary>
    public SecretSearch Secrets { get; } = new();

    /// <summary>Names of accounts and groups: not allowed in anything that the server says about itself.</summary>
    public SecretSearch Names { get; } = new();

    /// <summary>Responses to invalid HTTP.</summary>
    public List<string> Said { get; } = [];

    public IReadOnlyList<Answer> Answers => _answers;

    public void AddToken(string token)
    {
        var parts = token.Split('.');
        Secrets.AddText("payload of a token", parts[1]);
        Secrets.Add("signature of a token", Base64Url.DecodeFromChars(parts[2]));
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        Secrets.AddText("jti of a token", payload.RootElement.GetProperty("jti").GetString()!);
    }

    /// <summary>Everything in a response except the requested key: its head, and its body without that key.</summary>
    public static string WithoutKeys(Answer answer)
    {
        var text = new StringBuilder();
        foreach (var (name, values) in answer.Headers.Concat(answer.ContentHeaders))
            text.Append(name).Append(": ").AppendJoin(", ", values).Append('\n');
        text.Append(answer.Text);
        foreach (var key in KeysIn(answer))
            text.Replace(key, "");
        return text.ToString();
    }

    private static IEnumerable<string> KeysIn(Answer answer)
    {
        if (answer.Status != 200 || !answer.Text.StartsWith('{'))
            return [];
        var entries = answer.Json.TryGetProperty("keys", out var keys) ? keys.EnumerateArray() : default;
        return entries.Append(answer.Json)
            .SelectMany(entry => new[] { "secretKey", "privateKey" }
                .Select(name => entry.TryGetProperty(name, out var key) ? key.GetString() : null))
            .OfType<string>();
    }
}
