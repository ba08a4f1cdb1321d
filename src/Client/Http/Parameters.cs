using System.Globalization;
using System.Text;

namespace AtpKeyserver.Client;

/// <summary>The query string of a call. Values are escaped: a group id contains <c>#</c>.</summary>
internal sealed class Parameters
{
    private readonly StringBuilder _query = new();

    public static Parameters None => new();

    public Parameters Add(string name, string? value)
    {
        if (value is not null)
            _query.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public Parameters Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public override string ToString() => _query.ToString();
}
