// The names of states, as people read them.

const names = {
  Ready: 'Ready', Reconciling: 'Reconciling', Stalled: 'Stalled', NotReady: 'Not ready', Suspended: 'Suspended',
};

export function stateName(state) {
  return names[state] ?? state;
}
