using System.Globalization;
using System.Text;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Who made a change: <c>owner</c>, <c>self</c>, <c>server</c>, or a delegate, named by the sequence number of the
/// entry that added or adopted it, so that an opening names at most one person. The default value is the owner.
/// </summary>
public readonly record struct EventActor
{
    private readonly Role _role;

    private EventActor(Role role, long sequence = 0) => (_role, Sequence) = (role, sequence);

    private enum Role
    {
        Owner,
        Self,
        Server,
        Delegate,
    }

    /// <summary>The owner of the account or group.</summary>
    public static EventActor Owner => new(Role.Owner);

    /// <summary>The person that the event names.</summary>
    public static EventActor Self => new(Role.Self);

    /// <summary>The server, for example because a key expired.</summary>
    public static EventActor Server => new(Role.Server);

    /// <summary>Of a delegate, the number of the entry that added or adopted it; otherwise 0.</summary>
    public long Sequence { get; }

    /// <summary>Whether it is a delegate.</summary>
    public bool IsDelegate => _role == Role.Delegate;

    /// <summary>A delegate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static EventActor Delegate(long sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        return new EventActor(Role.Delegate, sequence);
    }

    /// <summary>Reads the text of an event.</summary>
    public static bool TryParse(string? text, out EventActor actor)
    {
        (var valid, actor) = text switch
        {
            "owner" => (true, Owner),
            "self" => (true, Self),
            "server" => (true, Server),
            { Length: <= StrictDecimal.MaxLength }
                when StrictDecimal.TryParse(Encoding.UTF8.GetBytes(text), out var sequence) =>
                (true, Delegate(sequence)),
            _ => (false, default),
        };
        return valid;
    }

    /// <summary>The text of an event.</summary>
    public override string ToString() => _role switch
    {
        Role.Owner => "owner",
        Role.Self => "self",
        Role.Server => "server",
        _ => Sequence.ToString(CultureInfo.InvariantCulture),
    };
}
