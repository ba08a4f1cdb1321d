namespace AtpKeyserver.Limits;

/// <summary>
/// The network a call came from, as budgets count it: a whole IPv4 address, the /64 of an IPv6 one. <see cref="Unknown"/> shares one budget.
/// </summary>
public readonly record struct ClientAddress(UInt128 Network)
{
    public static ClientAddress Unknown => default;
}
