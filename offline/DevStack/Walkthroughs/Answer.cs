using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>An answer in JSON, and what a step wants it to be. Failures name members, not values: those may be secret.</summary>
internal sealed class Answer
{
    private readonly string _call;
    private readonly int _status;
    private readonly JsonObject _body;

    private Answer(string call, int status, JsonObject body, int length)
    {
        Length = length;
        _call = call;
        _status = status;
        _body = body;
    }

    /// <summary>Characters.</summary>
    public int Length { get; }

    public static async Task<Answer> ReadAsync(string call, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var type = response.Content.Headers.ContentType?.MediaType;
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            if (type == MediaTypeNames.Application.Json && JsonNode.Parse(text) is JsonObject body)
                return new Answer(call, status, body, text.Length);
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new StepFailedException($"{call}: expected a JSON object, got {status} with {text.Length} characters of {type ?? "no type"}");
    }

    public Answer Is(int status)
    {
        Expect.That(_status == status, $"{status} from {_call}", Summary());
        return this;
    }

    public bool IsError(string error) => (string?)_body["error"] == error;

    /// <summary>A refusal with that name.</summary>
    /// <returns>How the refusal is told.</returns>
    public string IsRefused(int status, string error)
    {
        Expect.That(_status == status && IsError(error), $"{status} {error} from {_call}", Summary());
        return $"{status} {error}";
    }

    public string Text(string name) => Member(name).GetValueKind() == JsonValueKind.String ? (string)Member(name)! : throw Wrong(name, "a text");

    public int Number(string name) => Member(name) is JsonValue value && value.TryGetValue(out int number) ? number : throw Wrong(name, "a number");

    public JsonArray List(string name) => Member(name) as JsonArray ?? throw Wrong(name, "a list");

    /// <summary>Checks a member's value, which is not secret.</summary>
    public Answer Says(string name, string value)
    {
        Expect.Equal(value, Text(name), $"{name} from {_call} to be");
        return this;
    }

    public Answer Says(string name, int value)
    {
        Expect.Equal(value, Number(name), $"{name} from {_call} to be");
        return this;
    }

    private JsonNode Member(string name) => _body[name] ?? throw Wrong(name, "a member");

    private StepFailedException Wrong(string name, string kind) => new($"{_call}: expected {kind} '{name}', got {Summary()}");

    private string Summary() => _body["error"] is { } error
        ? $"{_status} {error}: {_body["message"]}"
        : $"{_status} with {string.Join(", ", _body.Select(member => member.Key))}";
}
